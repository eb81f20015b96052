package gosdk3

import (
	"time"

	"github.com/mypurecloud/platform-client-sdk-go/v150/platformclientv2"
)

func Launch(customer string) error {
	config := platformclientv2.GetDefaultConfiguration()
	config.RetryConfiguration = &platformclientv2.RetryConfiguration{
		RetryWaitMin: 5 * time.Second,
		RetryWaitMax: 60 * time.Second,
		RetryMax:     5,
	}
	api := platformclientv2.NewArchitectApiWithConfig(config)
	inputs := map[string]interface{}{"customerId": customer}
	req := platformclientv2.Flowexecutionlaunchrequest{
		InputData: &inputs,
		Name:      platformclientv2.String("nightly"),
	}
	_, _, err := api.PostFlowsExecutions(req) //~ TL203 /flowId cause; TL221 /inputData/customerId cause; TL644 raw side
	return err
}
