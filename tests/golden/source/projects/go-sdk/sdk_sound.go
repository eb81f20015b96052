package gosdk

import (
	"github.com/mypurecloud/platform-client-sdk-go/v150/platformclientv2"
)

func Launch(flowID string, inputs map[string]interface{}) (*platformclientv2.Flowexecutionlaunchresponse, error) {
	config := platformclientv2.GetDefaultConfiguration()
	api := platformclientv2.NewArchitectApiWithConfig(config)
	body := platformclientv2.Flowexecutionlaunchrequest{
		FlowId:    &flowID,
		InputData: &inputs,
	}
	resp, _, err := api.PostFlowsExecutions(body) //~ sound
	return resp, err
}
