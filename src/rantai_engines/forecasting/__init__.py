"""What each item will be asked for, bucket by bucket, with its uncertainty."""
