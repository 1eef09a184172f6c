from hypothesis import settings

# Machines that run the tests do other work as well; how long one example took says nothing about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
