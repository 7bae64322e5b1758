import io

from PIL import Image, ImageOps, UnidentifiedImageError

SIZE = (128, 128)


def handle(event, context):
    """Returns the picture in the request's body as a JPEG of 128 x 128 pixels, cropped around its centre."""
    try:
        with Image.open(io.BytesIO(event.body)) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            thumbnail = ImageOps.fit(upright, SIZE)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        return {"statusCode": 400, "body": f"not a picture this function can read: {error}\n"}
    out = io.BytesIO()
    thumbnail.save(out, format="JPEG", quality=85)
    return {"statusCode": 200, "body": out.getvalue(), "headers": {"Content-Type": "image/jpeg"}}
