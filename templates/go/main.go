//go:build go1.21

package main

import (
	"net/http"
	"os"

	function "handler/function"
)

func main() {
	os.Exit(run(http.HandlerFunc(function.Handle)))
}
