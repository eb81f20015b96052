package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	sdk "github.com/mypurecloud/platform-client-sdk-go/v188/platformclientv2"
)

const (
	callback = "Customer callback"
	nobody   = "00000000-0000-4000-8000-000000000000"
)

type object = map[string]any

// told is tour.json: what the three tours have in common.
type told struct {
	Steps    []string
	Clients  map[string]object
	Launches []struct {
		What, Flow, Code string
		Body             object
		Status           int
	}
	Upload  string
	Trigger object
}

// walk is one walk through a twin: the client, and what was learnt so far.
type walk struct {
	url, id, secret string
	told            told
	config          *sdk.Configuration
	architect       *sdk.ArchitectApi
	flows           map[string]string
}

func newWalk(url, id, secret, file string) *walk {
	w := &walk{url: url, id: id, secret: secret, flows: map[string]string{}}
	text, err := os.ReadFile(file)
	good(err)
	good(json.Unmarshal(text, &w.told))
	w.config = w.fresh()
	w.architect = sdk.NewArchitectApiWithConfig(w.config)
	return w
}

// fresh gives settings of their own to each client; no file of the person's own is read.
func (w *walk) fresh() *sdk.Configuration {
	config := sdk.NewConfigurationWithConfigFile(filepath.Join(os.TempDir(), "tieline-conformance-no-such-file"), false)
	config.BasePath = w.url
	return config
}

// other makes another client in the org, one of those that tour.json names; gives the SDK's settings with its token.
func (w *walk) other(name string) (*sdk.Configuration, error) {
	id := "conformance-" + name
	client := object{"id": id, "secret": "s"}
	maps.Copy(client, w.told.Clients[name])
	w.control("clients", client, nil)
	config := w.fresh()
	return config, config.AuthorizeClientCredentials(id, "s")
}

func (w *walk) request(flow string, inputs object) sdk.Flowexecutionlaunchrequest {
	id, name := w.flows[flow], "from the official client"
	return sdk.Flowexecutionlaunchrequest{FlowId: &id, InputData: &inputs, Name: &name}
}

func (w *walk) sound() sdk.Flowexecutionlaunchrequest {
	return w.request(callback, object{"Flow.customerId": "c-1", "Flow.attempt": 2, "Flow.topics": []string{"a", "b"}})
}

// trigger gives the trigger of tour.json, aimed at the flow it starts, with what is to be otherwise.
func (w *walk) trigger(other object, into any) {
	made, target := maps.Clone(w.told.Trigger), object{"id": w.flows["Webhook intake"]}
	maps.Copy(target, w.told.Trigger["target"].(object))
	made["target"] = target
	maps.Copy(made, other)
	fill(into, made)
}

// post launches through the client's own general call, for what its types would not let out.
func (w *walk) post(body any, mediaType string) (*sdk.APIResponse, error) {
	headers := map[string]string{"Authorization": "Bearer " + w.config.AccessToken, "Content-Type": mediaType, "Accept": "application/json"}
	return w.config.APIClient.CallAPI(w.url+"/api/v2/flows/executions", "POST", body, headers, nil, url.Values{}, "", nil, "other")
}

func (w *walk) passTime(seconds float64) {
	w.control("clock", object{"move_ms": int(seconds * 1000)}, nil)
}

// control asks something of the twin itself, below /_twin/; without a body it only reads.
func (w *walk) control(name string, body any, into any) {
	method, text := http.MethodGet, []byte(nil)
	if body != nil {
		method = http.MethodPost
		text, _ = json.Marshal(body)
	}
	said := send(method, w.url+"/_twin/"+name, text, map[string]string{"Content-Type": "application/json"})
	if into != nil {
		good(json.Unmarshal(said, into))
	}
}

// send asks without the client, as its users do where it has no call for it: an upload, the twin's own paths.
func send(method, address string, body []byte, headers map[string]string) []byte {
	asked, err := http.NewRequest(method, address, bytes.NewReader(body))
	good(err)
	for name, value := range headers {
		asked.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(asked)
	good(err)
	defer answer.Body.Close()
	said, _ := io.ReadAll(answer.Body)
	hold(answer.StatusCode == http.StatusOK, "%s %s: %d %s", method, address, answer.StatusCode, said)
	return said
}

// fill makes one of the client's own values of plain data.
func fill(into any, data any) {
	text, err := json.Marshal(data)
	good(err)
	good(json.Unmarshal(text, into))
}

// refused holds an answer to the refusal it should be.
func refused(answer *sdk.APIResponse, err error) func(int, string) string {
	return func(status int, code string) string {
		hold(answer != nil && answer.Error != nil, "%d %s was due, not %v (%v)", status, code, answer, err)
		hold(answer.StatusCode == status && answer.Error.Code == code, "%d %s was due, not %d %s", status, code, answer.StatusCode, answer.Error.Code)
		hold(answer.Error.Status == status && answer.Error.Message != "" && answer.Error.ContextID != "", "not an error body: %v", answer.Error)
		return code
	}
}

// hold ends the step unless something is so.
func hold(so bool, otherwise string, values ...any) {
	if !so {
		panic(fmt.Errorf(otherwise, values...))
	}
}

func good(err error) {
	hold(err == nil, "%v", err)
}
