// Command tour walks a twin with the official Go client, unmodified:
//
//	tour URL CLIENT_ID CLIENT_SECRET TOUR_JSON
//
// It prints a line for each step and `ok N steps` at the end; the first step that is not as the cloud's own would be
// ends it with status 1.
package main

import (
	"fmt"
	"os"
)

var steps = map[string]func(*walk) string{
	"a token":                                   (*walk).token,
	"the token described, and good":             (*walk).tokenDescribed,
	"a token refused: client, secret, grant":    (*walk).tokenRefused,
	"a token refused: too many":                 (*walk).tooManyTokens,
	"the token's end":                           (*walk).tokenEnd,
	"flows, page by page":                       (*walk).pages,
	"flows, filtered, and in the small form":    (*walk).filtered,
	"a flow, its versions, what it consists of": (*walk).oneFlow,
	"a launch, its run, its end":                (*walk).launch,
	"a run that fails":                          (*walk).failing,
	"past runs":                                 (*walk).pastRuns,
	"an upload of a flow":                       (*walk).upload,
	"an upload of something else":               (*walk).uploadWrong,
	"triggers":                                  (*walk).triggers,
	"a webhook that starts a flow":              (*walk).webhook,
	"limits":                                    (*walk).limits,
	"400, 404: a launch, by each code":          (*walk).launches,
	"400: a query, by each code":                (*walk).queries,
	"401: no token, a bad one, an old one":      (*walk).unauthorized,
	"403: permission, permissions, division":    (*walk).forbidden,
	"404, 410: what is not there":               (*walk).notThere,
	"409: a trigger changed meanwhile":          (*walk).conflict,
	"413, 415":                                  (*walk).tooLarge,
	"429 with Retry-After":                      (*walk).overTheLimit,
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "tour URL CLIENT_ID CLIENT_SECRET TOUR_JSON")
		os.Exit(2)
	}
	w := newWalk(os.Args[1], os.Args[2], os.Args[3], os.Args[4])
	for n, name := range w.told.Steps {
		said, fault := taken(w, name)
		if fault != nil {
			fmt.Printf("%2d %s: FAILED: %v\n", n+1, name, fault)
			os.Exit(1)
		}
		fmt.Printf("%2d %s: %s\n", n+1, name, said)
	}
	fmt.Printf("ok %d steps\n", len(w.told.Steps))
}

// taken takes a step; what `hold` and `good` throw, and a field that is missing where it is read, is the step's fault.
func taken(w *walk, name string) (said string, fault any) {
	defer func() { fault = recover() }()
	return steps[name](w), nil
}
