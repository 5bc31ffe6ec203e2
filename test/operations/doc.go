// Package operations tests what operators are given: workflows, alerts, the
// dashboard and Argo CD's health check, each with the parser of who will read it.
package operations
