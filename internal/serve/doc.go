// Package serve serves a composition function in production: it ends without cutting
// calls off, outlives a panic, bounds what a call may cost, reloads certificates while it
// runs, and reports metrics, logs and health.
package serve
