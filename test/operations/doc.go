// Package operations tests the files for operators: workflows, alerts, the dashboard and
// Argo CD's health check, each with the parser of the software that reads it.
package operations
