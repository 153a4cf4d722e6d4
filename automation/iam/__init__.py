"""AWS's decision about a request, by the policies that apply to it."""
