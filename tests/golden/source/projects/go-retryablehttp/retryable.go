package wrk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	retryablehttp "github.com/hashicorp/go-retryablehttp"
)

type Worker struct {
	BaseURL string
	Token   string
	client  *http.Client
}

func NewWorker(base, token string) *Worker {
	rc := retryablehttp.NewClient()
	rc.RetryMax = 4
	rc.RetryWaitMin = time.Second
	rc.Logger = nil
	return &Worker{BaseURL: base, Token: token, client: rc.StandardClient()}
}

func (w *Worker) Fire(flowID, email string, attempt int) error {
	payload := map[string]any{
		"flowId": flowID,
		"inputData": map[string]any{
			"Flow.email":   email,
			"Flow.attempt": attempt,
		},
	}
	b, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, fmt.Sprintf("%s/api/v2/flows/executions", w.BaseURL), bytes.NewReader(b)) //~ TL644 raw side
	if err != nil {
		return err
	}
	req.Header.Add("Authorization", fmt.Sprintf("Bearer %s", w.Token))
	req.Header.Add("Content-Type", "application/json")
	resp, err := w.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return nil
}
