"""The URLs of a project that mounts nothing."""

urlpatterns: list[object] = []
