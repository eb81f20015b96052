package genesys

import (
	"context"
	"fmt"
	"time"

	"github.com/go-resty/resty/v2"
)

type FlowClient struct {
	http *resty.Client
}

type launchRequest struct {
	FlowID      string                 `json:"flowId"`
	FlowVersion string                 `json:"flowVersion,omitempty"`
	InputData   map[string]interface{} `json:"inputData,omitempty"`
	Name        string                 `json:"name,omitempty"`
}

type launchResponse struct {
	ID string `json:"id"`
}

func NewFlowClient(region, token string) *FlowClient {
	c := resty.New().
		SetBaseURL(fmt.Sprintf("https://api.%s", region)).
		SetTimeout(10*time.Second).
		SetHeader("Content-Type", "application/json").
		SetAuthToken(token)
	return &FlowClient{http: c}
}

func (f *FlowClient) Launch(ctx context.Context, flowID string, inputs map[string]interface{}) (string, error) {
	var out launchResponse
	resp, err := f.http.R(). //~ sound
		SetContext(ctx).
		SetBody(launchRequest{FlowID: flowID, InputData: inputs}).
		SetResult(&out).
		Post("/api/v2/flows/executions")
	if err != nil {
		return "", err
	}
	if resp.IsError() {
		return "", fmt.Errorf("launch failed: %s", resp.Status())
	}
	return out.ID, nil
}
