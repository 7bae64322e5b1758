package dev.vfaas.function;

import com.openfaas.model.IHandler;
import com.sun.net.httpserver.HttpHandler;
import java.lang.reflect.InvocationTargetException;

/** Finds the function's class and makes its one instance. */
record Handlers(String className) {

    /** @throws IllegalArgumentException saying what is wrong with the class */
    Object instance() {
        try {
            Object handler = Class.forName(className).getDeclaredConstructor().newInstance();
            if (handler instanceof IHandler || handler instanceof HttpHandler) {
                return handler;
            }
            throw new IllegalArgumentException(
                    className + " must extend com.openfaas.model.AbstractHandler or implement com.sun.net.httpserver.HttpHandler");
        } catch (ClassNotFoundException missing) {
            throw new IllegalArgumentException("there is no class " + className + " in the function", missing);
        } catch (NoSuchMethodException | IllegalAccessException | InstantiationException unusable) {
            throw new IllegalArgumentException(className + " must be public, not abstract, and have a public constructor without parameters", unusable);
        } catch (InvocationTargetException thrown) {
            throw new IllegalArgumentException("the constructor of " + className + " failed", thrown.getCause());
        }
    }

    /** The handler as the server calls it. A class that is both is served by its {@code handle(HttpExchange)}. */
    static HttpHandler serving(Object handler) {
        return handler instanceof HttpHandler bytes ? bytes : new TextHandler((IHandler) handler);
    }
}
