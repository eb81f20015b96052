// Steps of the tour around the launch: past runs, uploads, triggers, the webhook, limits.
package main

import (
	"fmt"
	"net/http"
	"slices"

	sdk "github.com/mypurecloud/platform-client-sdk-go/v188/platformclientv2"
)

func (w *walk) pastRuns() string {
	launched, _, err := w.architect.PostFlowsExecutions(w.sound())
	good(err)
	var query sdk.Criteriaquery
	fill(&query, object{"query": []object{{"criteria": object{"key": "FlowId", "operator": "eq", "value": w.flows[callback]}}}})
	found, _, err := w.architect.PostFlowsInstancesQuery(query, false, 10)
	good(err)
	same := func(one sdk.Flowexecutiondataqueryresult) bool { return *one.Id == *launched.Id }
	hold(slices.ContainsFunc(*found.Entities, same), "not found: %v", found)
	known, _, err := w.architect.GetFlowsInstancesQuerycapabilities("flow")
	good(err)
	hold(slices.ContainsFunc(*known.Criteria, func(one sdk.Querycriteria) bool { return *one.CriteriaKey == "FlowId" }), "no FlowId: %v", known)
	ids := []string{*launched.Id}
	job, _, err := w.architect.PostFlowsInstancesJobs(sdk.Executiondatarequest{Ids: &ids}, "bots")
	good(err)
	hold(w.jobState(*job.Id) == "Running", "not running: %v", job)
	w.passTime(2)
	hold(w.jobState(*job.Id) == "Success", "not ready: %v", job)
	_, _, err = w.architect.GetFlowsInstance(*launched.Id, "bots")
	good(err)
	return fmt.Sprintf("%d runs", len(*found.Entities))
}

func (w *walk) jobState(id string) string {
	told, _, err := w.architect.GetFlowsInstancesJob(id)
	good(err)
	return *told.JobState
}

func (w *walk) uploaded(text string) *sdk.Architectjobstateresponse {
	begun, _, err := w.architect.PostFlowsJobs()
	good(err)
	send(http.MethodPut, *begun.PresignedUrl, []byte(text), *begun.Headers)
	w.passTime(2)
	job, _, err := w.architect.GetFlowsJob(*begun.Id, []string{"messages"})
	good(err)
	return job
}

func (w *walk) upload() string {
	job := w.uploaded(w.told.Upload)
	hold(*job.Status == "Success", "not published: %v", job)
	flow, _, err := w.architect.GetFlow(*job.Flow.Id, false)
	good(err)
	inputs := (*flow.InputSchema).(object)["properties"].(object)
	hold(len(inputs) == 1 && inputs["Flow.orderId"] != nil, "not its inputs: %v", inputs)
	w.flows["Order follow-up"] = *flow.Id
	_, _, err = w.architect.PostFlowsExecutions(w.request("Order follow-up", object{"Flow.orderId": "o-1"}))
	good(err)
	return *flow.Name
}

func (w *walk) uploadWrong() string {
	job := w.uploaded("robot:\n  name: x\n")
	hold(*job.Status == "Failure" && len(*job.Messages) == 1, "not refused: %v", job)
	return *(*job.Messages)[0].Text
}

func (w *walk) triggers() string {
	automation := sdk.NewProcessAutomationApiWithConfig(w.config)
	topics, _, err := automation.GetProcessautomationTriggersTopics("", "", "")
	good(err)
	hold(len(*topics.Entities) > 0, "no topics")
	made := w.made(automation)
	read, _, err := automation.GetProcessautomationTrigger(*made.Id)
	good(err)
	hold(*made.Version == 1 && *read.Name == "intake", "not as made: %v", read)
	listing, _, err := automation.GetProcessautomationTriggers("", "", "20", "", true, false)
	good(err)
	hold(slices.ContainsFunc(*listing.Entities, func(one sdk.Trigger) bool { return *one.Id == *made.Id }), "not listed: %v", listing)
	var wanted sdk.Updatetriggerrequest
	w.trigger(object{"enabled": false, "version": 1}, &wanted)
	changed, _, err := automation.PutProcessautomationTrigger(*made.Id, wanted)
	good(err)
	hold(*changed.Version == 2 && !*changed.Enabled, "not changed: %v", changed)
	_, err = automation.DeleteProcessautomationTrigger(*made.Id)
	good(err)
	return fmt.Sprintf("version %d", *changed.Version)
}

func (w *walk) made(automation *sdk.ProcessAutomationApi) *sdk.Trigger {
	var wanted sdk.Createtriggerrequest
	w.trigger(nil, &wanted)
	made, _, err := automation.PostProcessautomationTriggers(wanted)
	good(err)
	return made
}

func (w *walk) webhook() string {
	automation := sdk.NewProcessAutomationApiWithConfig(w.config)
	made := w.made(automation)
	type launches struct{ Launches []object }
	var before, after launches
	w.control("launches", nil, &before)
	answer, _, err := sdk.NewIntegrationsApiWithConfig(w.config).PostIntegrationsWebhookEvents("twin-webhook", object{"order": "o-1"})
	good(err)
	w.control("launches", nil, &after)
	hold(len(after.Launches) == len(before.Launches)+1, "not launched: %v", after)
	hold(after.Launches[len(after.Launches)-1]["flow_id"] == w.flows["Webhook intake"], "another flow: %v", after)
	_, err = automation.DeleteProcessautomationTrigger(*made.Id)
	good(err)
	return fmt.Sprintf("%d characters", len(*answer.InvocationId))
}

func (w *walk) limits() string {
	organization := sdk.NewOrganizationApiWithConfig(w.config)
	now, _, err := organization.GetOrganizationsLimitsNamespace("platform.api")
	good(err)
	start, _, err := organization.GetOrganizationsLimitsNamespaceDefaults("platform.api")
	good(err)
	hold(len(*now.Entities) == len(*start.Entities), "not the same limits: %v %v", now, start)
	return fmt.Sprintf("%d limits", len(*now.Entities))
}
