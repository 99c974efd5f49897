/// The program; filled in by the application layer.
public enum PForApp {}
