"""What joins the houses into one program: settings, URLs, servers, commands."""
