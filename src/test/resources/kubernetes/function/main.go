// The image under test of FunctionRuntimeContract: see there what it answers.
package main

import (
	"fmt"
	"io/ioutil"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if os.Getenv("broken") != "" {
		fmt.Println("no module named x")
		os.Exit(3)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		parts := strings.SplitN(r.URL.Path, "/", 3)
		switch parts[1] {
		case "_":
			if os.Getenv("sick") != "" {
				w.WriteHeader(503)
			}
		case "env":
			fmt.Fprint(w, os.Getenv(parts[2]))
		case "secret":
			bytes, err := ioutil.ReadFile("/var/openfaas/secrets/" + parts[2])
			if err != nil {
				w.WriteHeader(500)
				fmt.Fprint(w, err)
			}
			w.Write(bytes)
		case "say":
			fmt.Println(parts[2])
		case "sleep":
			seconds, _ := strconv.ParseFloat(parts[2], 64)
			time.Sleep(time.Duration(seconds * float64(time.Second)))
		case "crash":
			code, _ := strconv.Atoi(parts[2])
			os.Exit(code)
		case "write":
			fmt.Fprint(w, ioutil.WriteFile("/"+parts[2], []byte("x"), 0600))
		case "user":
			fmt.Fprint(w, os.Getuid())
		default:
			fmt.Fprint(w, os.Getenv("version"))
		}
	})
	go func() { // the first process of a container ends for no signal it does not handle
		end := make(chan os.Signal, 1)
		signal.Notify(end, syscall.SIGTERM)
		<-end
		drain, _ := time.ParseDuration(os.Getenv("healthcheck_interval"))
		time.Sleep(drain)
		os.Exit(0)
	}()
	fmt.Println("listening", os.Getenv("version"))
	fmt.Println(http.ListenAndServe(":8080", nil))
}
