package com.acme;

public abstract class Base {
    private String requestId;
    public String getRequestId() { return requestId; }
    public void setRequestId(String id) { this.requestId = id; }
}
