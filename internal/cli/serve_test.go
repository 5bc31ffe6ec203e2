package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/object"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/serve"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/pki"
)

// marked is in every value that must not be logged.
const marked = "TOP-SECRET"

// TestSecretsAreNotLogged sends requests that succeed and fail, with secrets in every
// value. None of them is in the most detailed log, nor in the metrics, except for the name
// of the claim.
func TestSecretsAreNotLogged(t *testing.T) {
	valid := func() *fnv1.RunFunctionRequest {
		return examples.Get("seafarer-cluster").Steady(t)
	}
	xrOf := func(req *fnv1.RunFunctionRequest) *structpb.Struct {
		return req.GetObserved().GetComposite().GetResource()
	}
	cases := map[string]struct {
		reason string
		req    func() *fnv1.RunFunctionRequest
		result string
	}{
		"Valid": {
			reason: "Connection details, and values from AWS, should not be logged.",
			req: func() *fnv1.RunFunctionRequest {
				req := valid()
				for _, r := range req.GetObserved().GetResources() {
					object.Of(r.GetResource()).Value("metadata").GetStructValue().Fields["annotations"] = mark(structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{marked: structpb.NewStringValue("")}}))
					r.GetResource().Fields["data"] = structpb.NewStringValue(marked)
				}
				return req
			},
			result: function.ReasonValid,
		},
		"InvalidSpec": {
			reason: "An error may quote the value.",
			req: func() *fnv1.RunFunctionRequest {
				req := valid()
				xrOf(req).Fields["spec"].GetStructValue().Fields["region"] = structpb.NewStringValue(marked)
				xrOf(req).Fields["spec"].GetStructValue().Fields[marked] = structpb.NewStringValue(marked)
				return req
			},
			result: function.ReasonInvalid,
		},
		"EverythingInvalid": {
			reason: "Each field has its own errors.",
			req: func() *fnv1.RunFunctionRequest {
				req := valid()
				spec := xrOf(req).GetFields()["spec"]
				claim := object.Of(xrOf(req)).Value("spec.claimRef")
				xrOf(req).Fields["spec"] = mark(spec)
				xrOf(req).Fields["spec"].GetStructValue().Fields["claimRef"] = claim
				return req
			},
			result: function.ReasonInvalid,
		},
		"InvalidFences": {
			reason: "The input may contain secrets of the platform team.",
			req: func() *fnv1.RunFunctionRequest {
				req := valid()
				req.Input = &structpb.Struct{Fields: map[string]*structpb.Value{marked: structpb.NewStringValue(marked)}}
				return req
			},
			result: function.ReasonImpossible,
		},
		"InvalidObserved": {
			reason: "An observed resource may be malformed.",
			req: func() *fnv1.RunFunctionRequest {
				req := valid()
				req.Observed.Resources[marked] = &fnv1.Resource{Resource: &structpb.Struct{Fields: map[string]*structpb.Value{marked: structpb.NewStringValue(marked)}}}
				return req
			},
			result: function.ReasonImpossible,
		},
	}

	f := serveFunction(t)
	for name, tc := range cases {
		req := tc.req()
		req.Credentials = map[string]*fnv1.Credentials{marked: {Source: &fnv1.Credentials_CredentialData{CredentialData: &fnv1.CredentialData{Data: map[string][]byte{marked: []byte(marked)}}}}}
		req.Context = &structpb.Struct{Fields: map[string]*structpb.Value{marked: structpb.NewStringValue(marked)}}
		req.Observed.Composite.ConnectionDetails = map[string][]byte{marked: []byte(marked)}
		for _, r := range req.GetObserved().GetResources() {
			r.ConnectionDetails = map[string][]byte{marked: []byte(marked)}
		}
		if _, err := f.RunFunction(t.Context(), req); err != nil {
			t.Fatalf("%s\n%s: RunFunction(...): %v", tc.reason, name, err)
		}
	}
	metrics := get(t, f.metrics)
	log := f.end()

	for name, tc := range cases {
		if want := `"result":"` + tc.result + `"`; !strings.Contains(log, want) {
			t.Errorf("%s: want %s in the log, got: %s", name, want, log)
		}
	}
	if strings.Contains(log, marked) {
		t.Errorf("a secret was logged: %s", log)
	}
	if strings.Contains(metrics, marked) {
		t.Errorf("a secret is in a metric: %s", metrics)
	}
}

// A served function, with metrics, and with the most detailed log.
type served struct {
	fnv1.FunctionRunnerServiceClient

	metrics string

	// end it, for its log.
	end func() string
}

func serveFunction(t *testing.T) served {
	t.Helper()
	ca, err := pki.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := ca.WriteServer(dir); err != nil {
		t.Fatal(err)
	}
	tls, err := ca.Client()
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	level := zap.NewAtomicLevelAt(zap.DebugLevel)
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(zapcore.AddSync(log)), level)
	s, err := serve.New(t.Context(), newServed(examples.TTL), zap.New(core), level, serve.Options{
		Network: "tcp", Address: "127.0.0.1:0", CertsDir: dir, MaxMessageSize: 4 * megabyte, MaxCalls: 1,
		CallTimeout: time.Minute, DrainTimeout: time.Minute, MetricsAddress: "127.0.0.1:0",
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	end := sync.OnceValue(func() string {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		return log.String()
	})
	t.Cleanup(func() { end() })
	c, err := grpc.NewClient(s.Address(), grpc.WithTransportCredentials(credentials.NewTLS(tls)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return served{FunctionRunnerServiceClient: fnv1.NewFunctionRunnerServiceClient(c), metrics: "http://" + s.MetricsAddress() + "/metrics", end: end}
}

// TestMetricsDocs compares docs/metrics.md with the metrics after calls that succeeded and
// failed.
func TestMetricsDocs(t *testing.T) {
	f := serveFunction(t)
	valid := examples.Get("seafarer-cluster").Steady(t)
	for _, req := range []*fnv1.RunFunctionRequest{valid, {}} {
		if _, err := f.RunFunction(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	p := expfmt.NewTextParser(model.UTF8Validation)
	families, err := p.TextToMetricFamilies(strings.NewReader(get(t, f.metrics)))
	if err != nil {
		t.Fatal(err)
	}
	var doc strings.Builder
	doc.WriteString(metricsIntroduction)
	for _, name := range slices.Sorted(maps.Keys(families)) {
		m := families[name]
		if !strings.HasPrefix(name, "grpc_") && !strings.HasPrefix(name, "seafarer_") && !slices.Contains(metricsOfAll, name) {
			continue
		}
		var labels []string
		for _, l := range m.GetMetric()[0].GetLabel() {
			labels = append(labels, "`"+l.GetName()+"`")
		}
		fmt.Fprintf(&doc, "| `%s` | %s | %s | %s |\n", name, strings.ToLower(m.GetType().String()), strings.Join(labels, ", "), m.GetHelp())
	}
	examples.Golden(t, examples.Path("docs", "metrics.md"), []byte(doc.String()))
}

// metricsOfAll Go programs that are documented. There are many more, which differ between
// versions and systems.
var metricsOfAll = []string{"go_goroutines", "process_cpu_seconds_total", "process_resident_memory_bytes"}

const metricsIntroduction = `# Metrics

Generated by ` + "`go test ./internal/cli -run TestMetricsDocs -update`" + `. Each replica serves them at
` + "`/metrics`" + `, on ` + "`--metrics-address`" + `, next to those that every program in Go has.

| Metric | Type | Labels | Means |
| --- | --- | --- | --- |
`

// mark every string of a value.
func mark(v *structpb.Value) *structpb.Value {
	switch k := v.GetKind().(type) {
	case *structpb.Value_StringValue:
		return structpb.NewStringValue(marked)
	case *structpb.Value_ListValue:
		l := &structpb.ListValue{}
		for _, e := range k.ListValue.GetValues() {
			l.Values = append(l.Values, mark(e))
		}
		return structpb.NewListValue(l)
	case *structpb.Value_StructValue:
		s := &structpb.Struct{Fields: make(map[string]*structpb.Value)}
		for f, e := range k.StructValue.GetFields() {
			s.Fields[f] = mark(e)
		}
		return structpb.NewStructValue(s)
	default:
		return v
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	rsp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer rsp.Body.Close()
	b, err := io.ReadAll(rsp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
