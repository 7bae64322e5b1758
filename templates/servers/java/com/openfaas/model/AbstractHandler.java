package com.openfaas.model;

/** The class that handlers extend. It needs a constructor without parameters; one that is {@link AutoCloseable} is closed when the function stops. */
public abstract class AbstractHandler implements IHandler {
    @Override
    public abstract IResponse Handle(IRequest request);
}
