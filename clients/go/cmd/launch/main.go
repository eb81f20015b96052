// Command launch hands launches to a Tieline gateway, as a backend service would: one launch with every fault of a
// refusal named, or a stream of batches with a verdict for each item.
//
//	launch -addr 127.0.0.1:50051 -flow "Customer callback" -inputs '{"customerId": "c-1"}'
//	launch -addr 127.0.0.1:50051 -flow "Customer callback" -stream 1000
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	tieline "tieline.dev/clients/go/tieline/v1"
)

const batchSize = 100

type options struct {
	addr, flow, inputs, requestID, token string
	stream                               int
	timeout                              time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.addr, "addr", "127.0.0.1:50051", "the gateway's gRPC door")
	flag.StringVar(&o.flow, "flow", "Customer callback", "the flow's name")
	flag.StringVar(&o.inputs, "inputs", `{"customerId": "c-1", "attempt": 1}`, "the inputs, a JSON object")
	flag.StringVar(&o.requestID, "request-id", "", "makes a repeat harmless")
	flag.StringVar(&o.token, "token", os.Getenv("TIELINE_TOKEN"), "bearer token, where the gateway asks for one")
	flag.IntVar(&o.stream, "stream", 0, "stream so many launches in batches instead of one call")
	flag.DurationVar(&o.timeout, "timeout", 30*time.Second, "deadline of the whole")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "launch:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	if !json.Valid([]byte(o.inputs)) {
		return fmt.Errorf("-inputs is not JSON: %s", o.inputs)
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	if o.token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+o.token)
	}
	conn, err := grpc.NewClient(o.addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	client := tieline.NewLaunchServiceClient(conn)
	if o.stream > 0 {
		return stream(ctx, client, o)
	}
	return launch(ctx, client, o)
}

func call(o options, requestID string) *tieline.LaunchFlowRequest {
	return &tieline.LaunchFlowRequest{
		Request: &tieline.FlowExecutionRequest{
			Flow:       o.flow,
			InputsForm: &tieline.FlowExecutionRequest_InputsJson{InputsJson: []byte(o.inputs)},
		},
		RequestId: requestID,
		Follow:    durationpb.New(time.Minute),
	}
}

// launch makes one call, and watches its launch until nothing more is to come.
func launch(ctx context.Context, client tieline.LaunchServiceClient, o options) error {
	answer, err := client.LaunchFlow(ctx, call(o, o.requestID))
	if err != nil {
		return explain(err)
	}
	receipt := answer.GetReceipt()
	fmt.Printf("durable   %s  request_id %s  repeated %t\n", receipt.GetId(), receipt.GetRequestId(), receipt.GetRepeated())
	watch, err := client.WatchLaunch(ctx, &tieline.WatchLaunchRequest{Id: receipt.GetId()})
	if err != nil {
		return explain(err)
	}
	for {
		change, err := watch.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return explain(err)
		}
		seen := change.GetLaunch()
		fmt.Printf("%-28s execution %s %s\n", seen.GetState(), seen.GetExecution().GetId(), seen.GetExecution().GetStatus())
	}
}

// stream sends batches while it reads their verdicts, and counts what became of each launch.
func stream(ctx context.Context, client tieline.LaunchServiceClient, o options) error {
	flows, err := client.LaunchFlows(ctx)
	if err != nil {
		return explain(err)
	}
	started := time.Now()
	sent := make(chan error, 1)
	go func() { sent <- send(flows, o, started.UnixNano()) }()
	stored, refused := 0, 0
	for {
		answer, err := flows.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return explain(err)
		}
		for _, verdict := range answer.GetVerdicts() {
			if refusal := verdict.GetRefusal(); refusal != nil {
				refused++
				for _, finding := range refusal.GetFindings() {
					fmt.Printf("refused   %s %s: %s\n", finding.GetCode(), finding.GetField(), finding.GetDescription())
				}
			} else {
				stored++
			}
		}
	}
	if err := <-sent; err != nil {
		return explain(err)
	}
	fmt.Printf("streamed  %d durable, %d refused, in %s\n", stored, refused, time.Since(started).Round(time.Millisecond))
	if stored+refused != o.stream {
		return fmt.Errorf("%d launches sent and %d verdicts read", o.stream, stored+refused)
	}
	return nil
}

func send(flows tieline.LaunchService_LaunchFlowsClient, o options, base int64) error {
	for first := 0; first < o.stream; first += batchSize {
		batch := &tieline.LaunchFlowsRequest{Sequence: int64(first / batchSize)}
		for n := first; n < first+batchSize && n < o.stream; n++ {
			batch.Launches = append(batch.Launches, call(o, fmt.Sprintf("go-%d-%d", base, n)))
		}
		if err := flows.Send(batch); err != nil {
			return err
		}
	}
	return flows.CloseSend()
}

// explain prints each violation of a refusal with its page, and when to come back where the gateway says so.
func explain(err error) error {
	refusal, ok := status.FromError(err)
	if !ok {
		return err
	}
	for _, detail := range refusal.Details() {
		switch d := detail.(type) {
		case *errdetails.BadRequest:
			for _, violation := range d.GetFieldViolations() {
				fmt.Fprintf(os.Stderr, "fault     %s: %s\n", violation.GetField(), violation.GetDescription())
			}
		case *errdetails.ErrorInfo:
			fmt.Fprintf(os.Stderr, "code      %s %s\n", d.GetMetadata()["code"], d.GetReason())
		case *errdetails.Help:
			for _, link := range d.GetLinks() {
				fmt.Fprintf(os.Stderr, "help      %s  %s\n", link.GetUrl(), link.GetDescription())
			}
		case *errdetails.RetryInfo:
			fmt.Fprintf(os.Stderr, "retry     after %s\n", d.GetRetryDelay().AsDuration())
		}
	}
	return fmt.Errorf("%s: %s", refusal.Code(), refusal.Message())
}
