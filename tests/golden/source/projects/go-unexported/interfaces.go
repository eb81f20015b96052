package iface

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

type HTTPDoer interface {
	Do(*http.Request) (*http.Response, error)
}

type Event struct {
	CustomerID string
	Reason     string
}

type execution struct {
	FlowID    string `json:"flowId"`
	inputData map[string]string
	Initiator *initiator `json:"initiator,omitempty"`
}

type initiator struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type Client struct {
	doer HTTPDoer
	host string
}

func (c *Client) Notify(ctx context.Context, token string, e Event) error {
	ex := &execution{
		FlowID:    "7c9e6679-7425-40de-944b-e07fc1f90ae7",
		inputData: map[string]string{"Flow.customerId": e.CustomerID, "Flow.reason": e.Reason},
		Initiator: &initiator{ID: e.CustomerID, Type: "externalContact"},
	}
	data, err := json.Marshal(ex)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, "POST", c.host+"/api/v2/flows/executions", bytes.NewBuffer(data)) //~ TL202 /initiator cause; TL642 /inputData side
	if err != nil {
		return err
	}
	req.Header = http.Header{
		"Content-Type":  {"application/json"},
		"Authorization": {"Bearer " + token},
	}
	resp, err := c.doer.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
