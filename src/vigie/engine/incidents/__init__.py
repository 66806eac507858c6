"""What is an incident, who must be told of it, and by when?"""
