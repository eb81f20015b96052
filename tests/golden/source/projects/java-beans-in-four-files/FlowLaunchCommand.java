package com.acme;

import java.util.Map;

public class FlowLaunchCommand extends Base {
    private String flowID;
    private Map<String, Object> inputData;

    public FlowLaunchCommand(String flowID, Map<String, Object> inputData) {
        this.flowID = flowID;
        this.inputData = inputData;
    }
    public String getFlowID() { return flowID; }
    public Map<String, Object> getInputData() { return inputData; }
}
