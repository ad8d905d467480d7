"""All that talks to Label Studio: client, sign-in, retries, bulk up and down, a server of our own."""
