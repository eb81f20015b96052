// Command tour walks a twin with the official Go client, unmodified:
//
//	tour URL CLIENT_ID CLIENT_SECRET
//
// It prints a line for each step and `ok N steps` at the end; the first step that is not as the cloud's own would be
// ends it with status 1.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	sdk "github.com/mypurecloud/platform-client-sdk-go/v188/platformclientv2"
)

const (
	launches = "/api/v2/flows/executions"
	viewer   = "conformance-go-viewer"
	nobody   = "00000000-0000-4000-8000-000000000000"
	callback = "Customer callback"
)

type tour struct {
	url, id, secret string
	config          *sdk.Configuration
	flows           map[string]string
	execution       string
}

type step struct {
	name string
	walk func(*tour) (string, error)
}

var steps = []step{
	{"token", (*tour).token},
	{"wrong secret", (*tour).wrongSecret},
	{"list flows", (*tour).listFlows},
	{"launch", (*tour).launch},
	{"read the execution", (*tour).read},
	{"400 unknown field", (*tour).unknownField},
	{"400 unpublished", (*tour).unpublished},
	{"401", (*tour).badToken},
	{"403", (*tour).noPermission},
	{"404", (*tour).unknownFlow},
	{"415", (*tour).wrongMediaType},
	{"429", (*tour).overTheLimit},
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "tour URL CLIENT_ID CLIENT_SECRET")
		os.Exit(2)
	}
	t := &tour{url: os.Args[1], id: os.Args[2], secret: os.Args[3], flows: map[string]string{}}
	t.config = configOf(t.url)
	for n, s := range steps {
		said, err := s.walk(t)
		if err != nil {
			fmt.Printf("%2d %s: FAILED: %v\n", n+1, s.name, err)
			os.Exit(1)
		}
		fmt.Printf("%2d %s: %s\n", n+1, s.name, said)
	}
	fmt.Printf("ok %d steps\n", len(steps))
}

// configOf gives settings of their own to each client; no file of the person's own is read.
func configOf(address string) *sdk.Configuration {
	config := sdk.NewConfigurationWithConfigFile(filepath.Join(os.TempDir(), "tieline-conformance-no-such-file"), false)
	config.BasePath = address
	return config
}

func (t *tour) architect() *sdk.ArchitectApi {
	return sdk.NewArchitectApiWithConfig(t.config)
}

func (t *tour) token() (string, error) {
	if err := t.config.AuthorizeClientCredentials(t.id, t.secret); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d characters, %d s", len(t.config.AccessToken), t.config.AccessTokenExpiresIn), nil
}

func (t *tour) wrongSecret() (string, error) {
	err := configOf(t.url).AuthorizeClientCredentials(t.id, "wrong")
	if err == nil {
		return "", fmt.Errorf("a wrong secret got a token")
	}
	if !strings.Contains(err.Error(), "400") || !strings.Contains(err.Error(), "invalid_client") {
		return "", err
	}
	return "400 invalid_client", nil
}

func (t *tour) listFlows() (string, error) {
	listing, _, err := t.architect().GetFlows(nil, 1, 100, "", "", nil, "", "", "", "", "", "", "", "", false, true, false, "", "", nil)
	if err != nil {
		return "", err
	}
	for _, flow := range *listing.Entities {
		t.flows[*flow.Name] = *flow.Id
		if *flow.Name == callback && flow.InputSchema == nil {
			return "", fmt.Errorf("no input schema")
		}
	}
	return fmt.Sprintf("%d flows", *listing.Total), nil
}

func (t *tour) request(flow string, inputs map[string]interface{}) sdk.Flowexecutionlaunchrequest {
	id, name := t.flows[flow], "from the official client"
	return sdk.Flowexecutionlaunchrequest{FlowId: &id, InputData: &inputs, Name: &name}
}

func (t *tour) sound() sdk.Flowexecutionlaunchrequest {
	return t.request(callback, map[string]interface{}{"Flow.customerId": "c-1", "Flow.attempt": 2})
}

func (t *tour) launch() (string, error) {
	launched, _, err := t.architect().PostFlowsExecutions(t.sound())
	if err != nil {
		return "", err
	}
	if *launched.FlowVersion.Id != "1.0" || *launched.Name != "from the official client" {
		return "", fmt.Errorf("not as launched: %v", launched)
	}
	t.execution = *launched.Id
	return t.execution, nil
}

func (t *tour) read() (string, error) {
	run, _, err := t.architect().GetFlowsExecution(t.execution)
	if err != nil {
		return "", err
	}
	if *run.Id != t.execution || (*run.Status != "RUNNING" && *run.Status != "COMPLETED") {
		return "", fmt.Errorf("not as launched: %v", run)
	}
	return fmt.Sprintf("%s since %s", *run.Status, run.DateLaunched.UTC().Format("2006-01-02T15:04:05Z")), nil
}

func (t *tour) unknownField() (string, error) {
	body := map[string]interface{}{"flowId": t.flows[callback], "priority": 1}
	return refused(t.post(body, "application/json"))(400, "invalid.property")
}

func (t *tour) unpublished() (string, error) {
	_, answer, err := t.architect().PostFlowsExecutions(t.request("Draft survey", map[string]interface{}{}))
	return refused(answer, err)(400, "flow.config.not.published")
}

func (t *tour) badToken() (string, error) {
	other := configOf(t.url)
	other.AccessToken = "stolen"
	_, answer, err := sdk.NewArchitectApiWithConfig(other).PostFlowsExecutions(t.sound())
	return refused(answer, err)(401, "bad.credentials")
}

func (t *tour) noPermission() (string, error) {
	client := map[string]interface{}{"id": viewer, "secret": "s", "permissions": []string{"architect:flow:view"}}
	if err := t.control("clients", client); err != nil {
		return "", err
	}
	other := configOf(t.url)
	if err := other.AuthorizeClientCredentials(viewer, "s"); err != nil {
		return "", err
	}
	_, answer, err := sdk.NewArchitectApiWithConfig(other).PostFlowsExecutions(t.sound())
	return refused(answer, err)(403, "missing.any.permissions")
}

func (t *tour) unknownFlow() (string, error) {
	request, id := t.sound(), nobody
	request.FlowId = &id
	_, answer, err := t.architect().PostFlowsExecutions(request)
	return refused(answer, err)(404, "architect.flow.not.found")
}

func (t *tour) wrongMediaType() (string, error) {
	return refused(t.post(map[string]interface{}{"flowId": t.flows[callback]}, "text/plain"))(415, "unsupported.media.type")
}

// overTheLimit asks more often than the token may. Out of the box this client neither waits nor hands the 429 on: it says
// that it gave up, so the answer is read where it lets one look.
func (t *tour) overTheLimit() (string, error) {
	if err := t.control("limits", map[string]interface{}{"per_minute": 1}); err != nil {
		return "", err
	}
	defer func() { _ = t.control("limits", map[string]interface{}{"per_minute": 300}) }()
	status, wait := 0, ""
	t.config.RetryConfiguration.ResponseLogHook = func(answer *http.Response) {
		status, wait = answer.StatusCode, answer.Header.Get("Retry-After")
	}
	if _, _, err := t.architect().GetFlow(t.flows[callback], false); err != nil {
		return "", err
	}
	_, _, err := t.architect().GetFlow(t.flows[callback], false)
	if err == nil || status != http.StatusTooManyRequests || wait == "" {
		return "", fmt.Errorf("429 with Retry-After was due, not %d %q (%v)", status, wait, err)
	}
	return "429, again after " + wait + " s", nil
}

// post launches through the client's own general call, for what its types would not let out.
func (t *tour) post(body interface{}, mediaType string) (*sdk.APIResponse, error) {
	headers := map[string]string{"Authorization": "Bearer " + t.config.AccessToken, "Content-Type": mediaType, "Accept": "application/json"}
	return t.config.APIClient.CallAPI(t.url+launches, "POST", body, headers, nil, url.Values{}, "", nil, "other")
}

// refused holds an answer to the refusal it should be.
func refused(answer *sdk.APIResponse, err error) func(int, string) (string, error) {
	return func(status int, code string) (string, error) {
		if answer == nil || answer.Error == nil {
			return "", fmt.Errorf("%d %s was due, not %v (%v)", status, code, answer, err)
		}
		if answer.StatusCode != status || answer.Error.Code != code {
			return "", fmt.Errorf("%d %s was due, not %d %s", status, code, answer.StatusCode, answer.Error.Code)
		}
		return fmt.Sprintf("%d %s", status, code), nil
	}
}

// control asks something of the twin itself, below /_twin/.
func (t *tour) control(name string, body interface{}) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := http.Post(t.url+"/_twin/"+name, "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("/_twin/%s: %d %s", name, answer.StatusCode, said)
	}
	return nil
}
