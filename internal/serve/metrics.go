package serve

import (
	grpcprometheus "github.com/grpc-ecosystem/go-grpc-middleware/providers/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// resultNone is the result of a call that was not answered.
const resultNone = "None"

// metrics of a server, besides those of Go and of the process.
type metrics struct {
	registry *prometheus.Registry
	grpc     *grpcprometheus.ServerMetrics

	answers  *prometheus.CounterVec
	stages   *prometheus.HistogramVec
	withheld prometheus.Counter
	panics   prometheus.Counter
}

// buckets of a call's time: it takes some milliseconds, and seconds if it waits.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMetrics() *metrics {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector())
	g := grpcprometheus.NewServerMetrics(grpcprometheus.WithServerHandlingTimeHistogram(grpcprometheus.WithHistogramBuckets(buckets)))
	r.MustRegister(g)
	f := promauto.With(r)
	return &metrics{
		registry: r,
		grpc:     g,
		answers: f.NewCounterVec(prometheus.CounterOpts{
			Name: "seafarer_function_answers_total",
			Help: "Calls by result: the reason of the condition Valid, or None if there was no answer.",
		}, []string{"result"}),
		withheld: f.NewCounter(prometheus.CounterOpts{
			Name: "seafarer_function_withheld_resources_total",
			Help: "Resources that answers withheld, because a value that they need was not known yet.",
		}),
		stages: f.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "seafarer_function_stage_seconds",
			Help:    "Time that calls spent in each stage of the answer.",
			Buckets: buckets,
		}, []string{"stage"}),
		panics: f.NewCounter(prometheus.CounterOpts{
			Name: "seafarer_function_panics_total",
			Help: "Calls that ended in a panic.",
		}),
	}
}

// expires exports the time at which the server's certificate expires.
func (m *metrics) expires(c *certificates) {
	promauto.With(m.registry).NewGaugeFunc(prometheus.GaugeOpts{
		Name: "seafarer_function_certificate_expiry_timestamp_seconds",
		Help: "When the certificate that the server shows expires.",
	}, func() float64 { return float64(c.expiry().Unix()) })
}
