// Package serve serves a composition function in production: it ends without
// cutting calls off, outlives a panic, bounds what a call may cost, takes
// certificates that change while it runs, and tells how it fares by metrics, logs
// and health.
package serve
