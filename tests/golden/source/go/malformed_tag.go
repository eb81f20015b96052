package caller

import (
	"bytes"
	"encoding/json"
	"net/http"
)

type body struct {
	FlowID    string         `json: "flowId"`
	InputData map[string]any `yaml:"inputData"`
}

func Launch(token string, id string) {
	raw, _ := json.Marshal(&body{FlowID: id, InputData: map[string]any{"Flow.a": 1}})
	req, _ := http.NewRequest("POST", "https://api.mypurecloud.jp/api/v2/flows/executions", bytes.NewReader(raw)) //~ TL643 /FlowID cause; TL643 /InputData cause
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
	client := &http.Client{}
	client.Do(req)
}
