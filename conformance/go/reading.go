// Steps of the tour that get what they ask for: tokens, flows, launches and their runs.
package main

import (
	"fmt"

	sdk "github.com/mypurecloud/platform-client-sdk-go/v188/platformclientv2"
)

func (w *walk) token() string {
	good(w.config.AuthorizeClientCredentials(w.id, w.secret))
	return fmt.Sprintf("%d characters, %d s", len(w.config.AccessToken), w.config.AccessTokenExpiresIn)
}

func (w *walk) tokenDescribed() string {
	tokens := sdk.NewTokensApiWithConfig(w.config)
	_, err := tokens.HeadTokensMe()
	good(err)
	told, _, err := tokens.GetTokensMe(false)
	good(err)
	hold(*told.OAuthClient.Id == w.id, "another's token: %v", told)
	return *told.Organization.Name
}

func (w *walk) tokenEnd() string {
	other, err := w.other("viewer")
	good(err)
	tokens := sdk.NewTokensApiWithConfig(other)
	_, err = tokens.DeleteTokensMe()
	good(err)
	_, answer, err := tokens.GetTokensMe(false)
	return refused(answer, err)(401, "bad.credentials")
}

// listed is GetFlows with what the steps vary.
func (w *walk) listed(types []string, page, size int, id []string, name string, deleted, schemas bool, division []string) (*sdk.Flowentitylisting, *sdk.APIResponse, error) {
	return w.architect.GetFlows(types, page, size, "name", "", id, name, "", "", "", "", "", "", "", deleted, schemas, false, "", "", division)
}

func (w *walk) pages() string {
	page, more := 0, true
	var listing *sdk.Flowentitylisting
	for more {
		page++
		var err error
		listing, _, err = w.listed(nil, page, 2, nil, "", false, false, nil)
		good(err)
		hold(*listing.PageNumber == page && *listing.PageSize == 2 && len(*listing.Entities) <= 2, "not page %d: %v", page, listing)
		for _, flow := range *listing.Entities {
			w.flows[*flow.Name] = *flow.Id
		}
		more = listing.NextUri != nil
	}
	hold(len(w.flows) == *listing.Total && *listing.PageCount == page, "not all flows: %v of %v", w.flows, listing)
	deleted, _, err := w.listed(nil, 1, 25, nil, "", true, false, nil)
	good(err)
	for _, flow := range *deleted.Entities {
		w.flows[*flow.Name] = *flow.Id
	}
	return fmt.Sprintf("%d flows on %d pages", *listing.Total, page)
}

func (w *walk) filtered() string {
	plain, _, err := w.listed([]string{"workflow"}, 1, 25, nil, "customer*", false, false, nil)
	good(err)
	found := *plain.Entities
	hold(len(found) == 1 && *found[0].Name == callback && found[0].InputSchema == nil, "not the one flow: %v", plain)
	whole, _, err := w.listed(nil, 1, 25, []string{w.flows[callback]}, "", false, true, nil)
	good(err)
	schema := (*(*whole.Entities)[0].InputSchema).(object)
	hold(schema["properties"].(object)["Flow.customerId"] != nil, "no such input: %v", schema)
	views, _, err := w.architect.GetFlowsDivisionviews([]string{"inboundcall"}, 1, 25, "", "", nil, "", "", "", "", nil, false)
	good(err)
	hold(len(*views.Entities) == 1 && *(*views.Entities)[0].Name == "Main IVR", "not the one flow: %v", views)
	return fmt.Sprint(schema["$schema"])
}

func (w *walk) oneFlow() string {
	id := w.flows[callback]
	flow, _, err := w.architect.GetFlow(id, false)
	good(err)
	listing, _, err := w.architect.GetFlowVersions(id, 1, 1, false)
	good(err)
	version, _, err := w.architect.GetFlowVersion(id, "1.0", "")
	good(err)
	hold(*flow.VarType == "WORKFLOW" && *flow.PublishedVersion.Id == "2.0" && *listing.Total == 2, "not as seeded: %v %v", flow, listing)
	hold(*version.Id == "1.0" && *(*listing.Entities)[0].Id == "2.0", "not the versions: %v %v", version, listing)
	_, _, err = w.architect.GetFlowVersionConfiguration(id, "1.0", "")
	good(err)
	_, _, err = w.architect.GetFlowLatestconfiguration(id, false)
	good(err)
	return "published " + *flow.PublishedVersion.Id
}

func (w *walk) launch() string {
	launched, _, err := w.architect.PostFlowsExecutions(w.sound())
	good(err)
	hold(*launched.FlowVersion.Id == "2.0" && *launched.Name == "from the official client", "not as launched: %v", launched)
	run := w.run(*launched.Id)
	hold(*run.Id == *launched.Id && *run.Status == "RUNNING" && run.DateCompleted == nil, "not running: %v", run)
	w.passTime(5)
	run = w.run(*launched.Id)
	output := *run.OutputData
	hold(*run.Status == "COMPLETED" && *run.CompletionReason == "Success", "not done: %v", run)
	hold(output["Flow.status"] == "Complete" && output["Flow.statusCode"] == "200", "not its outputs: %v", output)
	hold(run.DateLaunched.Before(*run.DateCompleted), "not its times: %v", run)
	request, version := w.request(callback, object{}), "1.0"
	request.FlowVersion = &version
	older, _, err := w.architect.PostFlowsExecutions(request)
	good(err)
	hold(*older.FlowVersion.Id == "1.0", "not the version: %v", older)
	return fmt.Sprintf("COMPLETED %v", output)
}

func (w *walk) failing() string {
	launched, _, err := w.architect.PostFlowsExecutions(w.request("Always fails", object{}))
	good(err)
	w.passTime(5)
	run := w.run(*launched.Id)
	hold(*run.Status == "FAILED" && *run.CompletionReason == "Failure" && run.OutputData == nil, "not failed: %v", run)
	return *run.FlowErrorInfo.Code
}

func (w *walk) run(id string) *sdk.Flowruntimeexecution {
	run, _, err := w.architect.GetFlowsExecution(id)
	good(err)
	return run
}
