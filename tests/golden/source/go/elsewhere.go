package caller

import (
	"bytes"
	"encoding/json"
	"net/http"
)

type order struct {
	ID   string `json:"id"`
	Flow string
}

// Nothing here launches a flow of Genesys Cloud.
func create(o order) {
	raw, _ := json.Marshal(o)
	http.Post("https://orders.example.com/api/v2/orders", "application/json", bytes.NewReader(raw))
	http.Get("https://api.mypurecloud.com/api/v2/users/me")
}
