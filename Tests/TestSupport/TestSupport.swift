/// The namespace of the code that tests share.
public enum TestSupport {}
