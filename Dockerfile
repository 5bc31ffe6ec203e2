# syntax=docker/dockerfile:1

# The image that the Function package embeds. Crossplane's own function template
# builds the same way.

# Build on the machine's own platform, whatever the target: Go cross-compiles, and
# emulating another processor would take many times as long. The version of Go is the one
# in tools/go-version.
FROM --platform=${BUILDPLATFORM} golang:1.27.3 AS build
WORKDIR /fn

# Without C the binary is static, and runs on an image without a C library.
ENV CGO_ENABLED=0

# A step of its own, so that a change of code downloads no modules again.
RUN --mount=type=bind,source=go.mod,target=go.mod \
    --mount=type=bind,source=go.sum,target=go.sum \
    --mount=type=cache,target=/go/pkg/mod \
    go mod download

ARG TARGETOS
ARG TARGETARCH

# The source is mounted rather than copied, and caches outlive the build: the
# providers' Go types are large. -trimpath leaves the builder's folders out, so that
# the same source makes the same binary; -s -w leaves out what only debuggers read.
RUN --mount=target=. \
    --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath -buildvcs=false -ldflags "-s -w" -o /function .

# Nothing but the function: it calls nobody, so it needs no certificates of CAs.
# make package makes the same without Docker (tools/pack/image.go).
FROM scratch AS image
COPY --from=build /function /function

# Crossplane calls functions here.
EXPOSE 9443

# A number: a kubelet cannot tell whether a name is root's.
USER 65532:65532
ENTRYPOINT ["/function"]
