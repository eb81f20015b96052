package com.acme;

public final class Endpoints {
    private Endpoints() {}
    private static final String V2 = "/api/v2";
    public static final String EXECUTIONS = V2 + "/flows/executions";
}
