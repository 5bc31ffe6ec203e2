// Command provideraws is provider-aws with controllers of our composed kinds only:
// the released ones compile and link all of AWS. Its module path is below the
// provider's, so that it can import internal packages; nothing is copied or changed.
package main

import (
	"flag"
	"io"
	"log"
	"os"
	"time"

	"github.com/hashicorp/terraform-provider-aws/xpprovider"
	"github.com/pkg/errors"
	eventsapi "github.com/upbound/provider-aws/v2/apis/namespaced/cloudwatchevents/v1beta1"
	logsapi "github.com/upbound/provider-aws/v2/apis/namespaced/cloudwatchlogs/v1beta1"
	ec2api "github.com/upbound/provider-aws/v2/apis/namespaced/ec2/v1beta1"
	ecsapi "github.com/upbound/provider-aws/v2/apis/namespaced/ecs/v1beta1"
	eksapi "github.com/upbound/provider-aws/v2/apis/namespaced/eks/v1beta1"
	iamapi "github.com/upbound/provider-aws/v2/apis/namespaced/iam/v1beta1"
	kmsapi "github.com/upbound/provider-aws/v2/apis/namespaced/kms/v1beta1"
	sqsapi "github.com/upbound/provider-aws/v2/apis/namespaced/sqs/v1beta1"
	configapi "github.com/upbound/provider-aws/v2/apis/namespaced/v1beta1"
	"github.com/upbound/provider-aws/v2/config"
	"github.com/upbound/provider-aws/v2/internal/apis"
	"github.com/upbound/provider-aws/v2/internal/clients"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/cloudwatchevents/rule"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/cloudwatchevents/target"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/cloudwatchlogs/group"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/defaultsecuritygroup"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/eip"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/internetgateway"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/launchtemplate"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/natgateway"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/route"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/routetable"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/routetableassociation"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/subnet"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/tag"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/ec2/vpc"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/eks/accessentry"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/eks/accesspolicyassociation"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/eks/addon"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/eks/cluster"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/eks/clusterauth"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/eks/nodegroup"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/eks/podidentityassociation"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/iam/openidconnectprovider"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/iam/policy"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/iam/role"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/iam/rolepolicyattachment"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/kms/alias"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/kms/key"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/providerconfig"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/sqs/queue"
	"github.com/upbound/provider-aws/v2/internal/controller/namespaced/sqs/queuepolicy"
	"github.com/upbound/provider-aws/v2/internal/features"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	xpcontroller "github.com/crossplane/crossplane-runtime/v2/pkg/controller"
	"github.com/crossplane/crossplane-runtime/v2/pkg/feature"
	"github.com/crossplane/crossplane-runtime/v2/pkg/gate"
	"github.com/crossplane/crossplane-runtime/v2/pkg/logging"
	"github.com/crossplane/crossplane-runtime/v2/pkg/ratelimiter"
	"github.com/crossplane/crossplane-runtime/v2/pkg/reconciler/customresourcesgate"
	"github.com/crossplane/crossplane-runtime/v2/pkg/reconciler/managed"
	"github.com/crossplane/crossplane-runtime/v2/pkg/statemetrics"
	"github.com/crossplane/upjet/v2/pkg/controller"
	"github.com/crossplane/upjet/v2/pkg/controller/conversion"
)

// controllers of composed kinds.
var controllers = []func(ctrl.Manager, controller.Options) error{
	accessentry.SetupGated,
	accesspolicyassociation.SetupGated,
	addon.SetupGated,
	alias.SetupGated,
	cluster.SetupGated,
	clusterauth.SetupGated,
	defaultsecuritygroup.SetupGated,
	eip.SetupGated,
	group.SetupGated,
	internetgateway.SetupGated,
	key.SetupGated,
	launchtemplate.SetupGated,
	natgateway.SetupGated,
	nodegroup.SetupGated,
	openidconnectprovider.SetupGated,
	podidentityassociation.SetupGated,
	policy.SetupGated,
	queue.SetupGated,
	queuepolicy.SetupGated,
	role.SetupGated,
	rolepolicyattachment.SetupGated,
	route.SetupGated,
	routetable.SetupGated,
	routetableassociation.SetupGated,
	rule.SetupGated,
	subnet.SetupGated,
	tag.SetupGated,
	target.SetupGated,
	vpc.SetupGated,
}

// groups of these kinds and of kinds that they can refer to: a Target can be an ECS
// task.
var groups = runtime.SchemeBuilder{
	configapi.SchemeBuilder.AddToScheme,
	ec2api.SchemeBuilder.AddToScheme,
	ecsapi.SchemeBuilder.AddToScheme,
	eksapi.SchemeBuilder.AddToScheme,
	eventsapi.SchemeBuilder.AddToScheme,
	iamapi.SchemeBuilder.AddToScheme,
	kmsapi.SchemeBuilder.AddToScheme,
	logsapi.SchemeBuilder.AddToScheme,
	sqsapi.SchemeBuilder.AddToScheme,
}

func main() {
	poll := flag.Duration("poll", 10*time.Minute, "how often to look for drift")
	rate := flag.Int("max-reconcile-rate", 100, "how many resources to reconcile per second, and at once")
	debug := flag.Bool("debug", false, "log more")
	flag.Parse()
	if err := run(*poll, *rate, *debug); err != nil {
		log.SetOutput(os.Stderr)
		log.Fatal(err)
	}
}

func run(poll time.Duration, rate int, debug bool) error {
	log.SetOutput(io.Discard) // The Terraform provider's.
	zl := zap.New(zap.UseDevMode(debug))
	ctrl.SetLogger(zap.New(zap.WriteTo(io.Discard)))
	logger := logging.NewLogrLogger(zl.WithName("provider-aws"))

	c, err := ctrl.GetConfig()
	if err != nil {
		return errors.Wrap(err, "cannot find the API server")
	}
	mgr, err := ctrl.NewManager(ratelimiter.LimitRESTConfig(c, rate), ctrl.Options{
		Metrics:                server.Options{BindAddress: "0"},
		HealthProbeBindAddress: "0",
	})
	if err != nil {
		return errors.Wrap(err, "cannot create a manager")
	}
	for _, add := range []func(*runtime.Scheme) error{groups.AddToScheme, apiextensionsv1.AddToScheme} {
		if err := add(mgr.GetScheme()); err != nil {
			return errors.Wrap(err, "cannot register kinds")
		}
	}
	if err := apis.BuildScheme(groups); err != nil {
		return errors.Wrap(err, "cannot register kinds that are referred to")
	}

	ctx := ctrl.SetupSignalHandler()
	framework, sdk, err := xpprovider.GetProvider(ctx)
	if err != nil {
		return errors.Wrap(err, "cannot create the Terraform provider")
	}
	provider, err := config.GetProviderNamespaced(ctx, framework, sdk, false, false)
	if err != nil {
		return errors.Wrap(err, "cannot configure the provider")
	}
	o := controller.Options{
		Options: xpcontroller.Options{
			Logger:                  logger,
			GlobalRateLimiter:       ratelimiter.NewGlobal(rate),
			PollInterval:            poll,
			MaxConcurrentReconciles: rate,
			Features:                &feature.Flags{},
			Gate:                    new(gate.Gate[schema.GroupVersionKind]),
			MetricOptions: &xpcontroller.MetricOptions{
				PollStateMetricInterval: time.Minute,
				MRMetrics:               managed.NewMRMetricRecorder(),
				MRStateMetrics:          statemetrics.NewMRStateMetrics(),
			},
		},
		Provider:              provider,
		SetupFn:               clients.SelectTerraformSetup(&clients.SetupConfig{Logger: logger, TerraformProvider: provider.TerraformProvider}),
		PollJitter:            poll / 20, //nolint:mnd // As the released provider.
		OperationTrackerStore: controller.NewOperationStore(logger),
	}
	o.Features.Enable(features.EnableBetaManagementPolicies)

	if err := customresourcesgate.Setup(mgr, o.Options); err != nil {
		return errors.Wrap(err, "cannot watch definitions")
	}
	if err := providerconfig.SetupGated(mgr, o); err != nil {
		return errors.Wrap(err, "cannot set up ProviderConfigs")
	}
	for _, setup := range controllers {
		if err := setup(mgr, o); err != nil {
			return errors.Wrap(err, "cannot set up a controller")
		}
	}
	if err := conversion.RegisterConversions(nil, provider, mgr.GetScheme()); err != nil {
		return errors.Wrap(err, "cannot register conversions")
	}
	return errors.Wrap(mgr.Start(ctx), "cannot run")
}
