import os
from PIL import Image
import io

def handle(req):
    """handle a request to the function
    Args:
        req (str): request body
    """
    try:
        # Simulating reading bytes from the request
        # In production, you might pull from MinIO/S3 based on a filename in 'req'
        image_data = io.BytesIO(req.encode('utf-8')) 
        
        # Process image
        with Image.open(image_data) as img:
            img.thumbnail((128, 128))
            out_buffer = io.BytesIO()
            img.save(out_buffer, format="JPEG")
            
        return "Image resized successfully"
        
    except Exception as e:
        return f"Error processing image: {str(e)}"
