package noct

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

const region = "mypurecloud.ie"

func trigger(token, flow, note string) (string, error) {
	url := "https://api." + region + "/api/v2/flows/executions"
	body := fmt.Sprintf(`{
  "flowId": "%s",
  "inputData": {"Flow.note": "%s", "Flow.count": %d}
}`, flow, note, 3)
	req, _ := http.NewRequest("POST", url, strings.NewReader(body)) //~ TL605 header:Content-Type cause; TL645 raw possible
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return string(raw), err
}
