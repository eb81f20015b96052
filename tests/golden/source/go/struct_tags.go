package caller

import (
	"bytes"
	"encoding/json"
	"net/http"
)

type launch struct {
	FlowID  string            `json:"flowId,omitempty"`
	Version string            `json:"flow_version"`
	Inputs  map[string]string `json:"inputData"`
	Name    string
	note    string `json:"name"`
}

func send(token string, flow string) error {
	body, err := json.Marshal(launch{FlowID: flow, Inputs: map[string]string{"Flow.customerId": "c-1"}})
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, "https://api.mypurecloud.de/api/v2/flows/executions", bytes.NewReader(body)) //~ TL605 header:Content-Type cause; TL202 /flow_version cause; TL641 /Name cause; TL640 /flowId possible; TL642 /name side
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	_, err = http.DefaultClient.Do(req)
	return err
}
