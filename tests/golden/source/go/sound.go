package caller

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"
)

type Request struct {
	FlowID    string         `json:"flowId"`
	InputData map[string]any `json:"inputData,omitempty"`
	Name      string         `json:"name,omitempty"`
}

type Client struct {
	base  string
	token func() string
	http  *http.Client
}

func New(base string, token func() string) *Client {
	return &Client{base: base, token: token, http: &http.Client{Timeout: 10 * time.Second}}
}

func (c *Client) Launch(ctx context.Context, flow string, customer string, amount int) error {
	raw, err := json.Marshal(Request{FlowID: flow, InputData: map[string]any{"Flow.customerId": customer, "Flow.amount": amount}})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, "POST", c.base+"/api/v2/flows/executions", bytes.NewReader(raw)) //~ sound
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token())
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
