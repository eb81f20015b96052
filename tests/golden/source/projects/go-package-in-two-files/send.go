package launcher

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

type Sender struct {
	base   string
	client *http.Client
	tokens func(context.Context) (string, error)
}

func New(base string, tokens func(context.Context) (string, error)) *Sender {
	return &Sender{base: base, client: &http.Client{}, tokens: tokens}
}

func (s *Sender) do(ctx context.Context, method, path string, v any) (*http.Response, error) {
	buf := new(bytes.Buffer)
	if err := json.NewEncoder(buf).Encode(v); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, buf)
	if err != nil {
		return nil, err
	}
	tok, err := s.tokens(ctx)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", bearer+tok)
	req.Header.Set(headerCT, contentTypeJSON)
	return s.client.Do(req)
}

func (s *Sender) Launch(ctx context.Context, flowID string, data map[string]any) error {
	p := Payload{FlowID: flowID, InputData: data}
	res, err := s.do(ctx, http.MethodPost, execPath, p) //~ TL202 /correlationId cause; TL640 /flowId possible
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return nil
}
