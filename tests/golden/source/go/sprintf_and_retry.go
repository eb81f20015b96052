package caller

import (
	"fmt"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
)

func bySprintf(token, id, message string) error {
	body := fmt.Sprintf(`{"flowId": "%s", "inputs": {"Flow.message": "%s"}}`, id, message)
	client := retryablehttp.NewClient()
	req, err := retryablehttp.NewRequest("POST", "https://api.mypurecloud.com/api/v2/flows/executions", strings.NewReader(body)) //~ TL202 /inputs cause; TL645 raw possible; TL644 raw side
	if err != nil {
		return err
	}
	req.Header.Add("Content-Type", "application/json")
	req.Header.Add("Authorization", "Bearer "+token)
	_, err = client.Do(req)
	return err
}
