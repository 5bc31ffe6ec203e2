package serve

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/recovery"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/selector"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/proto/v1beta1"
)

// stageWait is the stage of a call that waits for others to finish.
const stageWait = "wait"

// A call of the function in progress. It's in the call's context, so that the
// function can report its stage.
type call struct {
	metrics *metrics
	log     *zap.Logger
	trace   string

	stage  string
	since  time.Time
	result string
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// Stage begins a stage of a call, and ends the one before.
func Stage(ctx context.Context, name string) {
	if c := callOf(ctx); c != nil {
		c.enter(name)
	}
}

// Result sets the result of a call: one word.
func Result(ctx context.Context, result string) {
	if c := callOf(ctx); c != nil {
		c.result = result
	}
}

// Withheld counts resources that an answer withholds.
func Withheld(ctx context.Context, n int) {
	if c := callOf(ctx); c != nil {
		c.metrics.withheld.Add(float64(n))
	}
}

func (c *call) enter(stage string) {
	now := time.Now()
	c.metrics.stages.WithLabelValues(c.stage).Observe(now.Sub(c.since).Seconds())
	c.stage, c.since = stage, now
}

// onlyCalls restricts an interceptor to calls of the function. Health checks must not
// wait for them, and aren't logged.
func onlyCalls(i grpc.UnaryServerInterceptor) grpc.UnaryServerInterceptor {
	return selector.UnaryServerInterceptor(i, selector.MatchFunc(func(_ context.Context, c interceptors.CallMeta) bool {
		return c.Method == "RunFunction"
	}))
}

// observe logs and counts calls. It logs names only: the content of a claim and its
// errors are for users who may read the claim.
func (m *metrics) observe(log *zap.Logger) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		start := time.Now()
		c := &call{metrics: m, trace: traceOf(ctx), stage: stageWait, since: start, result: resultNone}
		c.log = log.With(append(namesOf(req), zap.String("trace", c.trace))...)
		rsp, err := handler(context.WithValue(ctx, callKey{}, c), req)
		if err != nil {
			c.result = resultNone
			c.log.Warn("Not answered", zap.Stringer("code", status.Code(err)), zap.String("stage", c.stage))
		}
		c.enter("")
		m.answers.WithLabelValues(c.result).Inc()
		c.log.Debug("Answered", zap.String("result", c.result), zap.Duration("took", c.since.Sub(start)))
		return rsp, err
	}
}

// limit the number of concurrent calls, and the time that each may take.
func limit(calls int, timeout time.Duration) grpc.UnaryServerInterceptor {
	slots := make(chan struct{}, max(calls, 1))
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-ctx.Done():
			return nil, status.Errorf(codes.ResourceExhausted, "cannot work on more than %d calls at a time, and this one waited for too long", cap(slots))
		}
		rsp, err := handler(ctx, req)
		if ctx.Err() != nil {
			return nil, status.FromContextError(ctx.Err()).Err()
		}
		return rsp, err
	}
}

// recovered turns a panic into an error of the call that caused it. Other calls continue.
func (m *metrics) recovered(log *zap.Logger) recovery.RecoveryHandlerFuncContext {
	return func(ctx context.Context, p any) error {
		m.panics.Inc()
		c := callOf(ctx)
		if c == nil {
			c = &call{log: log} // Of health or reflection.
		}
		c.log.Error("Panicked", zap.String("panic", why(p)), zap.String("stage", c.stage), zap.ByteString("stack", debug.Stack()))
		return status.Errorf(codes.Internal, "the function panicked: see its log for trace %q", c.trace)
	}
}

// why it panicked. Only errors of the runtime are known to contain no value of
// a request.
func why(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("a %T", p)
}

// namesOf the composite resource of a request, and of its claim.
func namesOf(req any) []zap.Field {
	var xr *structpb.Struct
	switch r := req.(type) {
	case *fnv1.RunFunctionRequest:
		xr = r.GetObserved().GetComposite().GetResource()
	case *v1beta1.RunFunctionRequest:
		xr = r.GetObserved().GetComposite().GetResource()
	}
	meta := xr.GetFields()["metadata"].GetStructValue()
	claim := xr.GetFields()["spec"].GetStructValue().GetFields()["claimRef"].GetStructValue()
	return []zap.Field{
		zap.String("xr", nameOf(meta)),
		zap.String("claim", nameOf(claim)),
	}
}

// nameOf an object, with its namespace if it has one. Both are cut to
// Kubernetes' limit, because a client other than Crossplane may send anything.
func nameOf(o *structpb.Struct) string {
	part := func(field string) string {
		s := o.GetFields()[field].GetStringValue()
		return s[:min(len(s), validation.DNS1123SubdomainMaxLength)]
	}
	if ns := part("namespace"); ns != "" {
		return ns + "/" + part("name")
	}
	return part("name")
}

// traceOf a call: the caller's trace id, or a new one.
func traceOf(ctx context.Context) string {
	md, _ := metadata.FromIncomingContext(ctx)
	carrier := propagation.HeaderCarrier(http.Header{})
	for _, v := range md.Get("traceparent") {
		carrier.Set("traceparent", v)
	}
	id := trace.SpanContextFromContext(propagation.TraceContext{}.Extract(ctx, carrier)).TraceID()
	if !id.IsValid() {
		rand.Read(id[:])
	}
	return id.String()
}
