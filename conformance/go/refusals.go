// Steps of the tour that are refused, each with the status and the code that was published.
package main

import (
	"fmt"
	"maps"
	"net/http"
	"strings"

	sdk "github.com/mypurecloud/platform-client-sdk-go/v188/platformclientv2"
)

// says holds what the client makes of a refusal by the token endpoint: a text.
func says(err error, code string) string {
	hold(err != nil && strings.Contains(err.Error(), "400") && strings.Contains(err.Error(), code), "400 %s was due, not %v", code, err)
	return code
}

func (w *walk) tokenRefused() string {
	says(w.fresh().AuthorizeClientCredentials("nobody", "s"), "invalid_client")
	says(w.fresh().AuthorizeClientCredentials(w.id, "wrong"), "invalid_client")
	_, err := w.fresh().AuthorizeCodeGrant(w.id, w.secret, "c", "u")
	return "invalid_client twice, " + says(err, "unsupported_grant_type")
}

func (w *walk) tooManyTokens() string {
	w.control("limits", object{"tokens_per_minute": 1}, nil)
	defer w.control("limits", object{"tokens_per_minute": 0}, nil)
	_, err := w.other("busy")
	good(err)
	_, err = w.other("busy")
	return says(err, "invalid_request (rate limit exceeded;")
}

// launches launches what cannot be launched; the client's types would let most of it not out, so its general call does.
func (w *walk) launches() string {
	for _, one := range w.told.Launches {
		body := maps.Clone(one.Body)
		if one.Flow != "" {
			body["flowId"] = w.flows[one.Flow]
		}
		refused(w.post(body, "application/json"))(one.Status, one.Code)
	}
	refused(w.post("no object", "application/json"))(400, "bad.request")
	return fmt.Sprintf("%d codes", len(w.told.Launches)+1)
}

func (w *walk) queries() string {
	_, answer, err := w.listed(nil, -1, 25, nil, "", false, false, nil)
	refused(answer, err)(400, "invalid.query.param.value")
	_, answer, err = w.listed([]string{"nonsense"}, 1, 25, nil, "", false, false, nil)
	refused(answer, err)(400, "architect.invalid.flow.type")
	_, answer, err = w.listed(nil, 1, 25, nil, "", false, false, []string{nobody})
	return refused(answer, err)(400, "architect.division.invalid")
}

// launchAs launches with another client's settings.
func launchAs(config *sdk.Configuration, request sdk.Flowexecutionlaunchrequest) (*sdk.APIResponse, error) {
	_, answer, err := sdk.NewArchitectApiWithConfig(config).PostFlowsExecutions(request)
	return answer, err
}

func (w *walk) unauthorized() string {
	thief := w.fresh()
	thief.AccessToken = "stolen"
	brief, err := w.other("brief")
	good(err)
	refused(launchAs(thief, w.sound()))(401, "bad.credentials")
	_, err = launchAs(brief, w.sound())
	good(err)
	w.passTime(301)
	refused(launchAs(brief, w.sound()))(401, "bad.credentials")
	return refused(launchAs(w.fresh(), w.sound()))(401, "authentication.required")
}

func (w *walk) forbidden() string {
	viewer, err := w.other("viewer")
	good(err)
	south, err := w.other("south")
	good(err)
	refused(launchAs(viewer, w.sound()))(403, "missing.any.permissions")
	_, answer, err := sdk.NewArchitectApiWithConfig(viewer).GetFlowsDivisionviews(nil, 1, 25, "", "", nil, "", "", "", "", nil, false)
	refused(answer, err)(403, "missing.permissions")
	return refused(launchAs(south, w.request("Northern callback", object{})))(403, "missing.division.permission")
}

func (w *walk) notThere() string {
	_, answer, err := w.architect.GetFlowsExecution(nobody)
	refused(answer, err)(404, "architect.flow.execution.not.found")
	_, answer, err = w.architect.GetFlow(nobody, false)
	refused(answer, err)(404, "architect.flow.not.found")
	_, answer, err = w.architect.GetFlowVersion(w.flows[callback], "9.0", "")
	refused(answer, err)(404, "architect.flow.version.missing")
	_, answer, err = w.architect.GetFlowsJob(nobody, nil)
	refused(answer, err)(404, "general.resource.not.found")
	_, answer, err = w.architect.GetFlow(w.flows["Old campaign"], false)
	return refused(answer, err)(410, "architect.flow.deleted")
}

func (w *walk) conflict() string {
	automation := sdk.NewProcessAutomationApiWithConfig(w.config)
	made := w.made(automation)
	var stale sdk.Updatetriggerrequest
	w.trigger(object{"version": 7}, &stale)
	_, answer, err := automation.PutProcessautomationTrigger(*made.Id, stale)
	said := refused(answer, err)(409, "request.conflict")
	_, err = automation.DeleteProcessautomationTrigger(*made.Id)
	good(err)
	return said
}

func (w *walk) tooLarge() string {
	huge := w.request(callback, object{"Flow.customerId": strings.Repeat("x", 600_000)})
	refused(launchAs(w.config, huge))(413, "request.entity.too.large")
	return refused(w.post(w.sound(), "text/plain"))(415, "unsupported.media.type")
}

// overTheLimit asks more often than the token may. Out of the box this client neither waits nor hands the 429 on: it says
// that it gave up, so the answer is read where it lets one look.
func (w *walk) overTheLimit() string {
	w.control("limits", object{"per_minute": 1}, nil)
	defer w.control("limits", object{"per_minute": 300}, nil)
	status, wait := 0, ""
	w.config.RetryConfiguration.ResponseLogHook = func(answer *http.Response) {
		status, wait = answer.StatusCode, answer.Header.Get("Retry-After")
	}
	_, _, err := w.architect.GetFlow(w.flows[callback], false)
	good(err)
	_, _, err = w.architect.GetFlow(w.flows[callback], false)
	hold(err != nil && status == http.StatusTooManyRequests && wait != "", "429 with Retry-After was due, not %d %q (%v)", status, wait, err)
	return "429, again after " + wait + " s"
}
