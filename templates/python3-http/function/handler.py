def handle(event, context):
    """Handle a request to the function.

    Args:
        event: body (bytes), headers, method, query, path
        context: hostname

    Returns:
        dict: statusCode, body (str, bytes, or anything JSON can hold) and headers
    """
    return {"statusCode": 200, "body": "Hello from vfaas!"}
