"""The API below ``/api/``: one file for each resource, with its serializers, filters and views.

Nothing here calls a cloud: views read rows and start jobs.
"""
