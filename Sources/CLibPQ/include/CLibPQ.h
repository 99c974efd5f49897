// The functions of PostgreSQL's client library, which is loaded when it is needed. Neither the build nor the program's
// start needs the library or its headers. The declarations are those of libpq 14 and later.
#pragma once

typedef struct pg_conn PGconn;
typedef struct pg_result PGresult;
typedef struct pg_cancel PGcancel;

/// One setting of a connection.
typedef struct {
  /// NULL at the end of a list.
  char *_Nullable keyword;
  char *_Nullable envvar;
  char *_Nullable compiled;
  char *_Nullable val;
  char *_Nullable label;
  /// "*" for a secret.
  char *_Nullable dispchar;
  int dispsize;
} PQconninfoOption;

typedef void (*PQnoticeReceiver)(void *_Nullable context, const PGresult *_Nonnull notice);
typedef const char *_Nonnull const *_Nonnull CLibPQNames;
typedef const char *_Nullable const *_Nullable CLibPQValues;

enum { CLIBPQ_CONNECTION_OK = 0, CLIBPQ_CONNECTION_BAD = 1 };

enum { CLIBPQ_POLLING_FAILED = 0, CLIBPQ_POLLING_READING = 1, CLIBPQ_POLLING_WRITING = 2, CLIBPQ_POLLING_OK = 3 };

enum { CLIBPQ_TRANSACTION_IDLE = 0 };

enum {
  CLIBPQ_EMPTY_QUERY = 0,
  CLIBPQ_COMMAND_OK = 1,
  CLIBPQ_TUPLES_OK = 2,
  CLIBPQ_SINGLE_TUPLE = 9,
  CLIBPQ_PIPELINE_SYNC = 10,
  CLIBPQ_PIPELINE_ABORTED = 11,
};

/// The functions, named as in the library without its prefix.
struct CLibPQ {
  // Settings
  PQconninfoOption *_Nullable (*_Nonnull conninfoParse)(const char *_Nonnull text, char *_Nullable *_Nonnull problem);
  PQconninfoOption *_Nullable (*_Nonnull conninfo)(PGconn *_Nonnull);
  void (*_Nonnull conninfoFree)(PQconninfoOption *_Nullable);
  void (*_Nonnull freemem)(void *_Nullable);
  // The connection
  PGconn *_Nullable (*_Nonnull connectStartParams)(CLibPQValues names, CLibPQValues values, int expandsName);
  int (*_Nonnull connectPoll)(PGconn *_Nonnull);
  void (*_Nonnull finish)(PGconn *_Nonnull);
  int (*_Nonnull status)(const PGconn *_Nonnull);
  int (*_Nonnull transactionStatus)(const PGconn *_Nonnull);
  const char *_Nullable (*_Nonnull parameterStatus)(const PGconn *_Nonnull, const char *_Nonnull name);
  char *_Nullable (*_Nonnull errorMessage)(const PGconn *_Nonnull);
  int (*_Nonnull socket)(const PGconn *_Nonnull);
  int (*_Nonnull backendPID)(const PGconn *_Nonnull);
  PQnoticeReceiver _Nullable (*_Nonnull setNoticeReceiver)(PGconn *_Nonnull, PQnoticeReceiver _Nullable,
                                                           void *_Nullable context);
  int (*_Nonnull setnonblocking)(PGconn *_Nonnull, int);
  int (*_Nonnull enterPipelineMode)(PGconn *_Nonnull);
  // Statements
  int (*_Nonnull sendPrepare)(PGconn *_Nonnull, const char *_Nonnull name, const char *_Nonnull text, int typeCount,
                              const unsigned int *_Nullable types);
  int (*_Nonnull sendDescribePrepared)(PGconn *_Nonnull, const char *_Nonnull name);
  int (*_Nonnull sendQueryPrepared)(PGconn *_Nonnull, const char *_Nonnull name, int count, CLibPQValues values,
                                    const int *_Nullable lengths, const int *_Nullable formats, int resultFormat);
  int (*_Nonnull sendQueryParams)(PGconn *_Nonnull, const char *_Nonnull text, int count,
                                  const unsigned int *_Nullable types, CLibPQValues values,
                                  const int *_Nullable lengths, const int *_Nullable formats, int resultFormat);
  int (*_Nonnull pipelineSync)(PGconn *_Nonnull);
  int (*_Nonnull flush)(PGconn *_Nonnull);
  int (*_Nonnull setSingleRowMode)(PGconn *_Nonnull);
  int (*_Nonnull consumeInput)(PGconn *_Nonnull);
  int (*_Nonnull isBusy)(PGconn *_Nonnull);
  PGresult *_Nullable (*_Nonnull getResult)(PGconn *_Nonnull);
  // Results
  int (*_Nonnull resultStatus)(const PGresult *_Nonnull);
  char *_Nullable (*_Nonnull resultErrorMessage)(const PGresult *_Nonnull);
  char *_Nullable (*_Nonnull resultErrorField)(const PGresult *_Nonnull, int field);
  int (*_Nonnull nfields)(const PGresult *_Nonnull);
  char *_Nullable (*_Nonnull fname)(const PGresult *_Nonnull, int column);
  unsigned int (*_Nonnull ftype)(const PGresult *_Nonnull, int column);
  int (*_Nonnull getisnull)(const PGresult *_Nonnull, int row, int column);
  char *_Nullable (*_Nonnull getvalue)(const PGresult *_Nonnull, int row, int column);
  int (*_Nonnull getlength)(const PGresult *_Nonnull, int row, int column);
  void (*_Nonnull clear)(PGresult *_Nonnull);
  unsigned char *_Nullable (*_Nonnull unescapeBytea)(const unsigned char *_Nonnull text,
                                                     unsigned long *_Nonnull count);
  // Requests to cancel
  PGcancel *_Nullable (*_Nonnull getCancel)(PGconn *_Nonnull);
  void (*_Nonnull freeCancel)(PGcancel *_Nonnull);
  int (*_Nonnull cancel)(PGcancel *_Nonnull, char *_Nonnull problem, int size);
};

/// Loads the library with this file name, and finds its functions.
/// Returns 0, or -1. Sets `missing` to the first function that the library lacks, or to NULL if none is known to be
/// missing.
int clibpq_load(const char *_Nonnull name, struct CLibPQ *_Nonnull functions, const char *_Nullable *_Nonnull missing);
