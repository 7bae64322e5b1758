//go:build go1.21

package main

import (
	"net/http"
	"os"
	_ "time/tzdata" // an image without a base has no time zones

	function "handler/function"
)

func main() {
	os.Exit(run(http.HandlerFunc(function.Handle)))
}
