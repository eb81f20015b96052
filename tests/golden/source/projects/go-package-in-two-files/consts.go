package launcher

const (
	contentTypeJSON = "application/json"
	headerCT        = "Content-Type"
	execPath        = "/api/v2/flows/executions"
	bearer          = "Bearer "
)

type Base struct {
	CorrelationID string `json:"correlationId"`
}

type Payload struct {
	Base
	FlowID    string         `json:"flowId,omitempty"`
	InputData map[string]any `json:"inputData"`
}
