/// Shared by the tests.
public enum TestSupport {}
