package com.openfaas.model;

/** A function: one request in, one response out. One instance serves every request, many at the same time. */
public interface IHandler {
    /** Answers a request; an exception becomes status 500 and its trace goes to the function's log. */
    IResponse Handle(IRequest request);
}
