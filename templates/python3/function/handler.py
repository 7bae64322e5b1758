def handle(req):
    """Handle a request to the function.

    Args:
        req (str): request body

    Returns:
        str: response body
    """
    return req
