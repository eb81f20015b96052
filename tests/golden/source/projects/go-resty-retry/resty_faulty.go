package genesys2

import (
	"os"
	"time"

	"github.com/go-resty/resty/v2"
)

const flowsPath = "/api/v2/flows/executions"

type ExecReq struct {
	FlowId string            `json:"flow_id"`
	Inputs map[string]string `json:"inputs"`
}

func run(customerID string) error {
	client := resty.New()
	client.SetBaseURL(os.Getenv("GENESYS_API"))
	client.SetRetryCount(3).SetRetryWaitTime(2 * time.Second)
	req := ExecReq{FlowId: os.Getenv("FLOW_ID"), Inputs: map[string]string{"Flow.customerId": customerID}}
	_, err := client.R().SetAuthToken(os.Getenv("TOKEN")).SetBody(&req).Post(flowsPath) //~ TL202 /flow_id cause; TL202 /inputs cause; TL644 raw side
	return err
}
