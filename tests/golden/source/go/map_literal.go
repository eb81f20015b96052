package caller

import (
	"bytes"
	"encoding/json"
	"net/http"
)

const executions = "https://api.usw2.pure.cloud/api/v2/flows/executions"

func auth(req *http.Request, token string) {
	req.Header.Set("Authorization", token)
	req.Header.Set("Content-Type", "application/json")
}

func byMap(token string) {
	payload := map[string]interface{}{
		"flowId":    "Deployment announcements",
		"inputData": []string{"a"},
		"customer":  "c-1",
	}
	raw, _ := json.Marshal(payload)
	req, _ := http.NewRequest("POST", executions, bytes.NewBuffer(raw)) //~ TL211 /flowId cause; TL204 /inputData cause; TL202 /customer cause
	auth(req, token)
	http.DefaultClient.Do(req)
}

func byPost() {
	http.Post("https://api.usw2.pure.cloud/api/v2/flows/execute", "application/json", bytes.NewBufferString(`{"flowId": "8bac0364-4aa2-4032-b8d9-b5c32bba6a9a"}`)) //~ TL606 header:Authorization cause; TL601 url cause
}
