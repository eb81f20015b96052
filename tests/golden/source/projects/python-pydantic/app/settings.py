API_HOST = "https://api.mypurecloud.de"
FLOW_EXECUTIONS = API_HOST + "/api/v2/flows/executions"
FLOW_ID = "b0a1c2d3-1111-4222-8333-444455556666"
